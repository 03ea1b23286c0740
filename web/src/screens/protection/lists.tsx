import { useId, useState } from "preact/hooks";
import type { AddressLists } from "../../api/account-types.ts";
import { admin } from "../../api/admin.ts";
import type { ProblemError } from "../../api/client.ts";
import { rooms } from "../../i18n/rooms.ts";
import { Button } from "../../parts/button.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { tell } from "../../state/notices.ts";
import { asProblemError, remember, useQuery } from "../../state/query.ts";
import { networksIn } from "./networks.ts";

/** Networks that are never blocked, and those that always are. */
export function Lists() {
  const text = rooms.value.blocks;
  const lists = useQuery("address-lists", (signal) => admin.lists(signal));
  if (lists.pending) return null;
  return (
    <section class="panel" aria-label={text.lists}>
      <div class="panel-head">
        <div>
          <h2>{text.lists}</h2>
          <p class="quiet small">{text.listsText}</p>
        </div>
      </div>
      {lists.error && <ErrorLine error={lists.error} />}
      {lists.data && <ListsForm key={JSON.stringify(lists.data)} lists={lists.data} />}
    </section>
  );
}

function ListsForm({ lists }: { lists: AddressLists }) {
  const text = rooms.value.blocks;
  const [allow, setAllow] = useState(lists.allow.join("\n"));
  const [deny, setDeny] = useState(lists.deny.join("\n"));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ProblemError | null>(null);
  const same = networksIn(allow).join() === lists.allow.join() && networksIn(deny).join() === lists.deny.join();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const saved = await admin.changeLists({ allow: networksIn(allow), deny: networksIn(deny) });
      tell(text.savedLists);
      remember("address-lists", saved);
    } catch (reason) {
      setError(asProblemError(reason));
    }
    setBusy(false);
  };
  return (
    <form class="lists" onSubmit={(event) => void submit(event)}>
      {error && <ErrorLine error={error} />}
      <div class="lists-pair">
        <ListField label={text.allow} value={allow} fixed={lists.from_settings.allow} onChange={setAllow} />
        <ListField label={text.deny} value={deny} fixed={lists.from_settings.deny} onChange={setDeny} />
      </div>
      <Button type="submit" look="primary" busy={busy} disabled={same}>
        {text.saveLists}
      </Button>
    </form>
  );
}

interface ListFieldProps {
  label: string;
  value: string;
  fixed: string[];
  onChange: (value: string) => void;
}

function ListField({ label, value, fixed, onChange }: ListFieldProps) {
  const id = useId();
  return (
    <div class="field list-field">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        rows={5}
        spellcheck={false}
        autocapitalize="none"
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {fixed.length > 0 && (
        <p class="field-hint">
          {rooms.value.blocks.fromSettings}: <code>{fixed.join(", ")}</code>
        </p>
      )}
    </div>
  );
}
