import { useEffect, useRef, useState } from "preact/hooks";
import type { DeviceStart } from "../../api/account-types.ts";
import { doors } from "../../api/accounts.ts";
import type { ProblemError } from "../../api/client.ts";
import { clock } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { personal } from "../../i18n/personal.ts";
import { Button } from "../../parts/button.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { Qr } from "../../parts/qr.tsx";
import { usePoll } from "../../state/poll.ts";
import { asProblemError } from "../../state/query.ts";
import { enter } from "../../state/session.ts";
import { Door, DoorNote } from "../doors/door.tsx";
import { deviceName } from "./device-name.ts";

type Ending = "expired" | "denied";

/** Signs this screen in by a code that is entered on another, after RFC 8628. */
export function Pairing({ next, onBack }: { next: string; onBack: () => void }) {
  const text = personal.value.signin;
  const [device, setDevice] = useState<DeviceStart | null>(null);
  const [ending, setEnding] = useState<Ending | null>(null);
  const [error, setError] = useState<ProblemError | null>(null);
  const interval = useRef(5);
  const start = () => {
    setDevice(null);
    setEnding(null);
    setError(null);
    doors.startDevice(deviceName(navigator.userAgent)).then(
      (found) => {
        interval.current = found.interval;
        setDevice(found);
      },
      (reason: unknown) => setError(asProblemError(reason)),
    );
  };
  useEffect(start, []);
  usePoll(device && !ending ? device.device_code : null, async () => {
    if (!device) return null;
    try {
      await doors.pollDevice(device.device_code);
      await enter(next);
      return null;
    } catch (reason) {
      const failed = asProblemError(reason);
      if (failed.code === "slow_down") interval.current += 5;
      else if (failed.code === "device_code_expired") setEnding("expired");
      else if (failed.code === "device_denied") setEnding("denied");
      else if (failed.code !== "authorization_pending" && !failed.offline) setError(failed);
      const goesOn = failed.offline || ["slow_down", "authorization_pending"].includes(failed.code);
      return goesOn ? Math.max(interval.current, failed.problem.retry_after ?? 0) * 1_000 : null;
    }
  });
  const over = ending !== null || error !== null;
  return (
    <Door title={text.codeTitle} wide>
      {error && <ErrorLine error={error} />}
      {ending && (
        <DoorNote icon={ending === "expired" ? "clock" : "error"}>
          {ending === "expired" ? text.codeExpired : text.codeDenied}
        </DoorNote>
      )}
      {device && !over && <Code device={device} onExpired={() => setEnding("expired")} />}
      <div class="door-buttons">
        <Button look="quiet" icon="left" onClick={onBack}>
          {t.value.action.back}
        </Button>
        {over && (
          <Button look="primary" icon="refresh" onClick={start}>
            {text.again}
          </Button>
        )}
      </div>
    </Door>
  );
}

function Code({ device, onExpired }: { device: DeviceStart; onExpired: () => void }) {
  const text = personal.value.signin;
  const until = useRef(performance.now() + device.expires_in * 1_000);
  const [left, setLeft] = useState(device.expires_in);
  useEffect(() => {
    const timer = setInterval(() => {
      const seconds = Math.ceil((until.current - performance.now()) / 1_000);
      setLeft(seconds);
      if (seconds <= 0) onExpired();
    }, 1_000);
    return () => clearInterval(timer);
  }, [device.device_code]);
  return (
    <div class="pairing">
      <div class="pairing-text">
        <p>{text.codeText(device.verification_url.replace(/^https?:\/\//, ""))}</p>
        <p class="pairing-code" role="img" aria-label={[...device.user_code].join(" ")}>
          {device.user_code}
        </p>
        <p class="waiting">
          <span class="spinner" />
          <span role="status">{text.codeWaiting}</span>
        </p>
        <p class="quiet small numeric">{text.codeLeft(clock(left))}</p>
      </div>
      <figure class="pairing-qr">
        <Qr svg={device.qr_svg} label={text.codeQr} />
        <figcaption class="quiet small">{text.codeScan}</figcaption>
      </figure>
    </div>
  );
}
