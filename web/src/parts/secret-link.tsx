import { useState } from "preact/hooks";
import type { SecretLink } from "../api/account-types.ts";
import { date } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { rooms } from "../i18n/rooms.ts";
import { href } from "../router/router.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import "./secret-link.css";

/** A link to hand over, shown this once. */
export function SecretLinkDialog({ title, link, onClose }: { title: string; link: SecretLink; onClose: () => void }) {
  const text = rooms.value.secret;
  const [copied, setCopied] = useState(false);
  const address = location.origin + href(link.path);
  const copy = () =>
    navigator.clipboard?.writeText(address).then(
      () => setCopied(true),
      () => undefined,
    );
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text.once}</p>
      <code class="secret-link">{address}</code>
      <p class="quiet small">{text.until(date(link.expires_at))}</p>
      <div class="dialog-actions">
        {/* Without TLS the browser offers no clipboard; the link can still be selected. */}
        {navigator.clipboard && (
          <Button look="primary" icon={copied ? "check" : "copy"} onClick={() => void copy()}>
            {copied ? t.value.action.copied : t.value.action.copy}
          </Button>
        )}
        <Button onClick={onClose}>{t.value.action.close}</Button>
      </div>
    </Dialog>
  );
}
