import { useState } from "preact/hooks";
import { api } from "../../api/endpoints.ts";
import type { FileDetail, ItemSummary, TitleView } from "../../api/types.ts";
import { bytes, clock, heightName, number, trackName } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { Icon } from "../../parts/icon.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { useQuery } from "../../state/query.ts";
import { seasonsOf } from "./episode-order.ts";

/** The files behind a title, with their technical facts: of a film at once, of a show season by season when it is opened. */
export function Files({ title }: { title: TitleView }) {
  const text = t.value.title;
  const { items } = title.library;
  return (
    <section class="files" aria-label={text.files}>
      <h2>{text.files}</h2>
      {title.kind === "movie"
        ? items.map((item) => <ItemFiles key={item.id} item={item} />)
        : seasonsOf(items).map(([season, episodes]) => (
            <SeasonFiles key={season} season={season} episodes={episodes} />
          ))}
    </section>
  );
}

function SeasonFiles({ season, episodes }: { season: number; episodes: ItemSummary[] }) {
  const text = t.value;
  const [open, setOpen] = useState(false);
  return (
    <details class="file season-files" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Icon name="right" size={16} />
        <span class="file-name">{text.title.season(season)}</span>
        <span class="quiet small">{text.fact.episodes(episodes.length)}</span>
      </summary>
      {open &&
        episodes.map((item) => (
          <div key={item.id} class="episode-files">
            <h3 class="numeric">
              {[text.fact.episode(season, item.episode ?? 0), item.name].filter(Boolean).join("  ")}
            </h3>
            <ItemFiles item={item} />
          </div>
        ))}
    </details>
  );
}

function ItemFiles({ item }: { item: ItemSummary }) {
  const detail = useQuery(`item:${item.id}`, (signal) => api.library.item(item.id, signal));
  if (detail.error) return <ErrorLine error={detail.error} />;
  return (
    <>
      {detail.data?.files.map((file) => (
        <FileFacts key={file.id} file={file} />
      ))}
    </>
  );
}

function FileFacts({ file }: { file: FileDetail }) {
  const text = t.value.title;
  const summary = [
    file.height && heightName(file.height),
    file.hdr?.toUpperCase(),
    file.video_codec && codecName(file.video_codec),
    file.container?.toUpperCase(),
    bytes(file.size),
  ].filter(Boolean);
  return (
    <details class="file">
      <summary>
        <Icon name="right" size={16} />
        <span class="file-name">{file.name}</span>
        <span class="quiet small numeric">{summary.join(" · ")}</span>
        {file.state !== "ok" && (
          <span class="file-fault">
            <Icon name="warning" size={16} />
            {file.state === "broken" ? text.broken : text.gone}
          </span>
        )}
      </summary>
      <dl class="file-facts">
        {file.video && (
          <>
            <dt>{text.video}</dt>
            <dd class="numeric">{videoLine(file)}</dd>
          </>
        )}
        <dt>{text.audio}</dt>
        <dd>
          {file.audio.length ? (
            <ul>
              {file.audio.map((track) => (
                <li key={track.index}>{audioLine(track)}</li>
              ))}
            </ul>
          ) : (
            text.none
          )}
        </dd>
        <dt>{text.subtitles}</dt>
        <dd>
          {file.subtitles.length ? (
            <ul>
              {file.subtitles.map((track) => (
                <li key={track.index}>{subtitleLine(track)}</li>
              ))}
            </ul>
          ) : (
            text.none
          )}
        </dd>
        {file.chapters.length > 0 && (
          <>
            <dt>{text.chapters}</dt>
            <dd class="numeric">
              <ul>
                {file.chapters.map((chapter) => (
                  <li key={chapter.start}>{[clock(chapter.start), chapter.title].filter(Boolean).join("  ")}</li>
                ))}
              </ul>
            </dd>
          </>
        )}
        {file.path && (
          <>
            <dt>{text.path}</dt>
            <dd>
              <code>{file.path}</code>
            </dd>
          </>
        )}
      </dl>
    </details>
  );
}

function videoLine({ video }: FileDetail): string {
  const text = t.value.title;
  if (!video) return text.none;
  const parts = [
    codecName(video.codec),
    video.profile,
    `${video.width} × ${video.height}`,
    video.frame_rate ? text.frames(number(video.frame_rate, Number.isInteger(video.frame_rate) ? 0 : 2)) : null,
    video.bit_depth ? text.bits(video.bit_depth) : null,
    video.hdr?.toUpperCase(),
  ];
  return parts.filter(Boolean).join(" · ");
}

function audioLine(track: FileDetail["audio"][number]): string {
  const text = t.value.title;
  const parts = [
    trackName(track) || t.value.fact.unknownLanguage,
    track.codec && codecName(track.codec),
    track.channels ? text.channels(track.channels) : null,
    track.default ? text.default : null,
  ];
  return parts.filter(Boolean).join(" · ");
}

function subtitleLine(track: FileDetail["subtitles"][number]): string {
  const text = t.value.title;
  const parts = [
    trackName(track) || t.value.fact.unknownLanguage,
    track.codec,
    track.forced ? text.forced : null,
    track.external ? text.external : null,
  ];
  return parts.filter(Boolean).join(" · ");
}

const CODECS: Record<string, string> = {
  h264: "H.264",
  hevc: "H.265",
  av1: "AV1",
  vp9: "VP9",
  vp8: "VP8",
  mpeg4: "MPEG-4",
  mpeg2video: "MPEG-2",
  aac: "AAC",
  ac3: "Dolby Digital",
  eac3: "Dolby Digital Plus",
  dts: "DTS",
  truehd: "TrueHD",
  flac: "FLAC",
  opus: "Opus",
  vorbis: "Vorbis",
  mp3: "MP3",
};

function codecName(codec: string): string {
  return CODECS[codec.toLowerCase()] ?? codec.toUpperCase();
}
