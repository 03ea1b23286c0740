"""The tables of the first release."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table('genre',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_genre'))
    )
    op.create_table('job',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('queue', sa.String(length=32), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('payload', sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('done', sa.BigInteger(), nullable=False),
    sa.Column('total', sa.BigInteger(), nullable=True),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('result', sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('key', sa.String(length=255), nullable=True),
    sa.Column('active_key', sa.String(length=320), nullable=True),
    sa.Column('executor', sa.String(length=64), nullable=True),
    sa.Column('run', sa.String(length=26), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('cancel', sa.Boolean(), nullable=False),
    sa.Column('submitted', sa.Boolean(), nullable=False),
    sa.Column('restart', sa.Boolean(), nullable=False),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revision', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job')),
    sa.UniqueConstraint('active_key', name=op.f('uq_job_active_key'))
    )
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.create_index('ix_job_name_id', ['name', 'id'], unique=False)
        batch_op.create_index('ix_job_state_id', ['state', 'id'], unique=False)
        batch_op.create_index('ix_job_updated_at', ['updated_at'], unique=False)

    op.create_table('job_executor',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('host', sa.String(length=255), nullable=False),
    sa.Column('pid', sa.Integer(), nullable=False),
    sa.Column('born', sa.Float(), nullable=False),
    sa.Column('beat', sa.BigInteger(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job_executor'))
    )
    op.create_table('job_schedule',
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('fired_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('job_id', sa.String(length=26), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_job_schedule'))
    )
    op.create_table('library_folder',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('origin', sa.String(length=8), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('scanned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease_holder', sa.String(length=64), nullable=True),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_library_folder')),
    sa.UniqueConstraint('path', name=op.f('uq_library_folder_path'))
    )
    op.create_table('library_item',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('title_id', sa.String(length=64), nullable=False),
    sa.Column('slot', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('season', sa.Integer(), nullable=True),
    sa.Column('episode', sa.Integer(), nullable=True),
    sa.Column('air_date', sa.String(length=10), nullable=True),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_library_item')),
    sa.UniqueConstraint('title_id', 'slot', name=op.f('uq_library_item_title_id_slot'))
    )
    with op.batch_alter_table('library_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_library_item_added_at'), ['added_at'], unique=False)

    op.create_table('library_scan',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('added', sa.Integer(), nullable=False),
    sa.Column('updated', sa.Integer(), nullable=False),
    sa.Column('unchanged', sa.Integer(), nullable=False),
    sa.Column('moved', sa.Integer(), nullable=False),
    sa.Column('missing', sa.Integer(), nullable=False),
    sa.Column('problems', sa.Integer(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_library_scan'))
    )
    op.create_table('playback_session',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('user_id', sa.String(length=64), nullable=False),
    sa.Column('user_name', sa.String(length=200), nullable=False),
    sa.Column('credential_id', sa.String(length=64), nullable=False),
    sa.Column('title_id', sa.String(length=64), nullable=False),
    sa.Column('item_id', sa.String(length=64), nullable=False),
    sa.Column('file_id', sa.String(length=64), nullable=False),
    sa.Column('method', sa.String(length=10), nullable=False),
    sa.Column('document', sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_playback_session'))
    )
    with op.batch_alter_table('playback_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_playback_session_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_playback_session_user_id_created_at'), ['user_id', 'created_at'], unique=False)

    op.create_table('progress',
    sa.Column('user_id', sa.String(length=64), nullable=False),
    sa.Column('item_id', sa.String(length=64), nullable=False),
    sa.Column('title_id', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('position', sa.Float(), nullable=False),
    sa.Column('duration', sa.Float(), nullable=False),
    sa.Column('watched', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('device', sa.String(length=120), nullable=False),
    sa.Column('client_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sequence', sa.BigInteger(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('user_id', 'item_id', name=op.f('pk_progress'))
    )
    with op.batch_alter_table('progress', schema=None) as batch_op:
        batch_op.create_index('ix_progress_user_recent', ['user_id', 'updated_at', 'item_id'], unique=False)
        batch_op.create_index('ix_progress_user_title', ['user_id', 'title_id', 'updated_at'], unique=False)

    op.create_table('search_document',
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('people', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('squashed_title', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=False),
    sa.Column('squashed_name', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=False),
    sa.Column('popularity', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_search_document')),
    sa.UniqueConstraint('key', name=op.f('uq_search_document_key')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('search_document', schema=None) as batch_op:
        batch_op.create_index('ix_search_document_squashed_name', ['squashed_name'], unique=False)
        batch_op.create_index('ix_search_document_squashed_title', ['squashed_title'], unique=False)

    op.create_table('search_word',
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('word', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_search_word')),
    sa.UniqueConstraint('word', name=op.f('uq_search_word_word')),
    sqlite_autoincrement=True
    )
    op.create_table('setup_token',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_setup_token'))
    )
    op.create_table('title',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('sort_title', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=False),
    sa.Column('original_title', sa.Text(), nullable=False),
    sa.Column('overview', sa.Text(), nullable=False),
    sa.Column('tagline', sa.Text(), nullable=False),
    sa.Column('release_date', sa.Date(), nullable=True),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('runtime', sa.Integer(), nullable=True),
    sa.Column('vote_average', sa.Float(), nullable=False),
    sa.Column('vote_count', sa.Integer(), nullable=False),
    sa.Column('poster', sa.String(length=300), nullable=True),
    sa.Column('poster_color', sa.String(length=7), nullable=True),
    sa.Column('backdrop', sa.String(length=300), nullable=True),
    sa.Column('attribution', sa.Text(), nullable=False),
    sa.Column('provider', sa.String(length=32), nullable=False),
    sa.Column('matched', sa.Boolean(), nullable=False),
    sa.Column('demo', sa.Boolean(), nullable=False),
    sa.Column('available', sa.Boolean(), nullable=False),
    sa.Column('external_ids', sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
    sa.Column('genres', sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
    sa.Column('credits', sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_title'))
    )
    with op.batch_alter_table('title', schema=None) as batch_op:
        batch_op.create_index('ix_title_best', ['available', 'vote_average', 'id'], unique=False)
        batch_op.create_index('ix_title_list_added', ['kind', 'available', 'added_at', 'id'], unique=False)
        batch_op.create_index('ix_title_list_title', ['kind', 'available', 'sort_title', 'id'], unique=False)
        batch_op.create_index('ix_title_list_vote', ['kind', 'available', 'vote_average', 'id'], unique=False)
        batch_op.create_index('ix_title_list_year', ['kind', 'available', 'year', 'id'], unique=False)
        batch_op.create_index('ix_title_recent', ['available', 'added_at', 'id'], unique=False)

    op.create_table('user',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('name_key', sa.String(length=128), nullable=False),
    sa.Column('password_hash', sa.String(length=255), nullable=False),
    sa.Column('role', sa.String(length=16), nullable=False),
    sa.Column('tier', sa.String(length=16), nullable=False),
    sa.Column('disabled', sa.Boolean(), nullable=False),
    sa.Column('founder', sa.Boolean(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user')),
    sa.UniqueConstraint('founder', name=op.f('uq_user_founder')),
    sa.UniqueConstraint('name_key', name=op.f('uq_user_name_key'))
    )
    op.create_table('api_key',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('user_id', sa.String(length=26), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('prefix', sa.String(length=16), nullable=False),
    sa.Column('key_hash', sa.String(length=64), nullable=False),
    sa.Column('scopes', sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_api_key_user_id_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_key')),
    sa.UniqueConstraint('key_hash', name=op.f('uq_api_key_key_hash'))
    )
    with op.batch_alter_table('api_key', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_api_key_user_id'), ['user_id'], unique=False)

    op.create_table('auth_session',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('user_id', sa.String(length=26), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('device', sa.String(length=200), nullable=False),
    sa.Column('address', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_auth_session_user_id_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_auth_session')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_auth_session_token_hash'))
    )
    with op.batch_alter_table('auth_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_auth_session_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_auth_session_user_id'), ['user_id'], unique=False)

    op.create_table('episode',
    sa.Column('title_id', sa.String(length=64), nullable=False),
    sa.Column('season', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('overview', sa.Text(), nullable=False),
    sa.Column('air_date', sa.Date(), nullable=True),
    sa.Column('runtime', sa.Integer(), nullable=True),
    sa.Column('still', sa.String(length=300), nullable=True),
    sa.ForeignKeyConstraint(['title_id'], ['title.id'], name=op.f('fk_episode_title_id_title'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('title_id', 'season', 'number', name=op.f('pk_episode'))
    )
    op.create_table('library_file',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('folder_id', sa.String(length=26), nullable=False),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('path_key', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('mtime_ns', sa.BigInteger(), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=True),
    sa.Column('sidecars_key', sa.String(length=32), nullable=False),
    sa.Column('sidecars', sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
    sa.Column('media', sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('edition', sa.String(length=64), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('missing_since', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['folder_id'], ['library_folder.id'], name=op.f('fk_library_file_folder_id_library_folder'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_library_file')),
    sa.UniqueConstraint('folder_id', 'path_key', name=op.f('uq_library_file_folder_id_path_key'))
    )
    with op.batch_alter_table('library_file', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_library_file_fingerprint'), ['fingerprint'], unique=False)
        batch_op.create_index(batch_op.f('ix_library_file_folder_id_generation'), ['folder_id', 'generation'], unique=False)

    op.create_table('library_problem',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('folder_id', sa.String(length=26), nullable=False),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('path_key', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=False),
    sa.Column('code', sa.String(length=32), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['folder_id'], ['library_folder.id'], name=op.f('fk_library_problem_folder_id_library_folder'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_library_problem')),
    sa.UniqueConstraint('folder_id', 'path_key', name=op.f('uq_library_problem_folder_id_path_key'))
    )
    with op.batch_alter_table('library_problem', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_library_problem_seen_at_id'), ['seen_at', 'id'], unique=False)

    op.create_table('season',
    sa.Column('title_id', sa.String(length=64), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('overview', sa.Text(), nullable=False),
    sa.Column('air_date', sa.Date(), nullable=True),
    sa.Column('poster', sa.String(length=300), nullable=True),
    sa.ForeignKeyConstraint(['title_id'], ['title.id'], name=op.f('fk_season_title_id_title'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('title_id', 'number', name=op.f('pk_season'))
    )
    op.create_table('title_genre',
    sa.Column('title_id', sa.String(length=64), nullable=False),
    sa.Column('genre_id', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['genre_id'], ['genre.id'], name=op.f('fk_title_genre_genre_id_genre'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['title_id'], ['title.id'], name=op.f('fk_title_genre_title_id_title'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('title_id', 'genre_id', name=op.f('pk_title_genre'))
    )
    with op.batch_alter_table('title_genre', schema=None) as batch_op:
        batch_op.create_index('ix_title_genre_genre', ['genre_id', 'title_id'], unique=False)

    op.create_table('library_item_file',
    sa.Column('item_id', sa.String(length=26), nullable=False),
    sa.Column('file_id', sa.String(length=26), nullable=False),
    sa.Column('part', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['library_file.id'], name=op.f('fk_library_item_file_file_id_library_file'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['item_id'], ['library_item.id'], name=op.f('fk_library_item_file_item_id_library_item'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('item_id', 'file_id', name=op.f('pk_library_item_file'))
    )
    with op.batch_alter_table('library_item_file', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_library_item_file_file_id'), ['file_id'], unique=False)

    op.create_table('refresh_token',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('session_id', sa.String(length=26), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['session_id'], ['auth_session.id'], name=op.f('fk_refresh_token_session_id_auth_session'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refresh_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_refresh_token_token_hash'))
    )
    with op.batch_alter_table('refresh_token', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_refresh_token_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_refresh_token_session_id'), ['session_id'], unique=False)




def downgrade() -> None:

    with op.batch_alter_table('refresh_token', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_refresh_token_session_id'))
        batch_op.drop_index(batch_op.f('ix_refresh_token_expires_at'))

    op.drop_table('refresh_token')
    with op.batch_alter_table('library_item_file', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_library_item_file_file_id'))

    op.drop_table('library_item_file')
    with op.batch_alter_table('title_genre', schema=None) as batch_op:
        batch_op.drop_index('ix_title_genre_genre')

    op.drop_table('title_genre')
    op.drop_table('season')
    with op.batch_alter_table('library_problem', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_library_problem_seen_at_id'))

    op.drop_table('library_problem')
    with op.batch_alter_table('library_file', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_library_file_folder_id_generation'))
        batch_op.drop_index(batch_op.f('ix_library_file_fingerprint'))

    op.drop_table('library_file')
    op.drop_table('episode')
    with op.batch_alter_table('auth_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_auth_session_user_id'))
        batch_op.drop_index(batch_op.f('ix_auth_session_expires_at'))

    op.drop_table('auth_session')
    with op.batch_alter_table('api_key', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_api_key_user_id'))

    op.drop_table('api_key')
    op.drop_table('user')
    with op.batch_alter_table('title', schema=None) as batch_op:
        batch_op.drop_index('ix_title_recent')
        batch_op.drop_index('ix_title_list_year')
        batch_op.drop_index('ix_title_list_vote')
        batch_op.drop_index('ix_title_list_title')
        batch_op.drop_index('ix_title_list_added')
        batch_op.drop_index('ix_title_best')

    op.drop_table('title')
    op.drop_table('setup_token')
    op.drop_table('search_word')
    with op.batch_alter_table('search_document', schema=None) as batch_op:
        batch_op.drop_index('ix_search_document_squashed_title')
        batch_op.drop_index('ix_search_document_squashed_name')

    op.drop_table('search_document')
    with op.batch_alter_table('progress', schema=None) as batch_op:
        batch_op.drop_index('ix_progress_user_title')
        batch_op.drop_index('ix_progress_user_recent')

    op.drop_table('progress')
    with op.batch_alter_table('playback_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_playback_session_user_id_created_at'))
        batch_op.drop_index(batch_op.f('ix_playback_session_expires_at'))

    op.drop_table('playback_session')
    op.drop_table('library_scan')
    with op.batch_alter_table('library_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_library_item_added_at'))

    op.drop_table('library_item')
    op.drop_table('library_folder')
    op.drop_table('job_schedule')
    op.drop_table('job_executor')
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.drop_index('ix_job_updated_at')
        batch_op.drop_index('ix_job_state_id')
        batch_op.drop_index('ix_job_name_id')

    op.drop_table('job')
    op.drop_table('genre')

