import { useState } from "preact/hooks";
import type { Block } from "../../api/account-types.ts";
import { admin } from "../../api/admin.ts";
import { ago, number } from "../../i18n/format.ts";
import { rooms } from "../../i18n/rooms.ts";
import { AdminOnly } from "../../parts/admin-only.tsx";
import { Button } from "../../parts/button.tsx";
import { Endless } from "../../parts/endless.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Empty, ErrorNotice, Late } from "../../parts/notice.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { useFreshEvery } from "../../state/fresh-every.ts";
import { tell, tellProblem } from "../../state/notices.ts";
import { usePages } from "../../state/pages.ts";
import { invalidate } from "../../state/query.ts";
import { Evidence } from "./evidence.tsx";
import { Lists } from "./lists.tsx";
import { NewBlock } from "./new-block.tsx";
import { Suspects } from "./suspects.tsx";
import "../../parts/panel.css";
import "./protection.css";

const EVERY = 15_000;

/** Who is kept out and why, who is about to be, and who never or always is. */
export default function Blocks() {
  usePageTitle(rooms.value.blocks.title);
  return (
    <AdminOnly>
      <BlocksBody />
    </AdminOnly>
  );
}

function BlocksBody() {
  const text = rooms.value.blocks;
  const pages = usePages<Block>("blocks", (cursor, signal) => admin.blocks(cursor, signal));
  const [adding, setAdding] = useState(false);
  useFreshEvery(EVERY, () => {
    invalidate("blocks");
    invalidate("suspects");
  });
  const unblock = async (block: Block) => {
    await admin.unblock(block.id).then(() => tell(text.unblocked(block.network)), tellProblem);
    invalidate("blocks");
    invalidate("suspects");
  };
  return (
    <div class="page room">
      <div class="page-head">
        <h1>{text.title}</h1>
        <Button icon="plus" look="primary" onClick={() => setAdding(true)}>
          {text.add}
        </Button>
      </div>
      {pages.error && <ErrorNotice error={pages.error} retry={pages.retry} />}
      {pages.busy && pages.items.length === 0 && (
        <Late>
          <div class="bone room-bone" />
        </Late>
      )}
      {!pages.error && (pages.empty || pages.items.length > 0) && (
        <section class="panel" aria-label={text.active}>
          <div class="panel-head">
            <div>
              <h2>{text.active}</h2>
              <p class="quiet small">{text.activeText}</p>
            </div>
          </div>
          {pages.empty && <Empty icon="shield" title={text.none} text={text.noneText} />}
          <ul class="lines">
            {pages.items.map((block) => (
              <Line key={block.id} block={block} onUnblock={() => void unblock(block)} />
            ))}
          </ul>
          <Endless pages={pages} />
        </section>
      )}
      <Suspects />
      <Lists />
      {adding && <NewBlock onClose={() => setAdding(false)} />}
    </div>
  );
}

function Line({ block, onUnblock }: { block: Block; onUnblock: () => void }) {
  const text = rooms.value.blocks;
  const facts = [
    block.source === "manual" ? text.sources.manual : null,
    block.offence > 1 ? text.offence(block.offence) : null,
    block.score === null ? null : text.scoreOf(number(block.score)),
    text.since(ago(block.created_at)),
    block.expires_at ? text.until(ago(block.expires_at)) : text.forever,
  ];
  return (
    <li class="block">
      <Icon name="shield" size={24} />
      <div class="line-text">
        <p class="block-name">
          <code>{block.network}</code>
          {block.rule && <span class="tag bad">{text.rules[block.rule] ?? block.rule}</span>}
        </p>
        {block.note && <p class="small">{block.note}</p>}
        <p class="quiet small numeric">{facts.filter(Boolean).join(" · ")}</p>
        <Evidence evidence={block.evidence} />
      </div>
      <Button onClick={onUnblock}>{text.unblock}</Button>
    </li>
  );
}
