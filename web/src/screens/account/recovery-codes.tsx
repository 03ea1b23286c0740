import { useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { personal } from "../../i18n/personal.ts";
import { Button } from "../../parts/button.tsx";
import { user } from "../../state/session.ts";

const FILE = "matinee-recovery-codes.txt";

/** The codes, in the page and not in a window: a press beside a window would throw them away. They are shown this once. */
export function RecoveryCodes({ codes, onKept }: { codes: string[]; onKept: () => void }) {
  const text = personal.value.factor;
  const words = t.value.action;
  const [copied, setCopied] = useState(false);
  const heading = text.codesOf(user.value?.name ?? "", location.host);
  const whole = `${heading}\n\n${codes.join("\n")}\n`;
  const copy = () =>
    navigator.clipboard?.writeText(whole).then(
      () => setCopied(true),
      () => undefined,
    );
  const download = () => {
    const address = URL.createObjectURL(new Blob([whole], { type: "text/plain" }));
    const link = Object.assign(document.createElement("a"), { href: address, download: FILE });
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <div class="recovery" role="group" aria-label={text.codes}>
      <h3>{text.codes}</h3>
      <p>{text.codesText}</p>
      <div class="recovery-sheet">
        <p class="recovery-heading">{heading}</p>
        <ul class="recovery-codes">
          {codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ul>
      </div>
      <div class="panel-actions">
        {/* Without TLS the browser offers no clipboard; the codes can still be selected. */}
        {navigator.clipboard && (
          <Button icon={copied ? "check" : "copy"} onClick={() => void copy()}>
            {copied ? words.copied : words.copy}
          </Button>
        )}
        <Button onClick={download}>{text.download}</Button>
        <Button onClick={() => window.print()}>{text.print}</Button>
        <Button look="primary" icon="check" onClick={onKept}>
          {text.kept}
        </Button>
      </div>
    </div>
  );
}
