import { useState } from "preact/hooks";
import { factor } from "../../api/accounts.ts";
import { date } from "../../i18n/format.ts";
import { personal } from "../../i18n/personal.ts";
import { Button } from "../../parts/button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { tell } from "../../state/notices.ts";
import { invalidate, useQuery } from "../../state/query.ts";
import { findUser, user } from "../../state/session.ts";
import { FactorProof } from "./factor-proof.tsx";
import { FactorSetup } from "./factor-setup.tsx";
import { RecoveryCodes } from "./recovery-codes.tsx";
import "./second-factor.css";

type Asking = "setup" | "renew" | "off" | null;

/** Whether a code is asked for after the password, and how that is changed. */
export function SecondFactor() {
  const text = personal.value.factor;
  const state = useQuery("second-factor", (signal) => factor.state(signal));
  const [asking, setAsking] = useState<Asking>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const [isNew, setNew] = useState(false);
  const close = () => setAsking(null);
  const changed = () => {
    close();
    invalidate("second-factor");
    invalidate("sessions");
    // What an administrator may open can hang on it.
    void findUser();
  };
  const on = state.data?.enabled === true;
  return (
    <section class="panel" aria-label={text.title} id="second-factor">
      <div class="panel-head">
        <div>
          <h2>{text.title}</h2>
          <p class="quiet small">{text.text}</p>
        </div>
        {state.data && !on && user.value?.has_password && (
          <Button icon="shield" look={state.data.needed ? "primary" : "plain"} onClick={() => setAsking("setup")}>
            {text.setUp}
          </Button>
        )}
      </div>
      {state.error && <ErrorLine error={state.error} />}
      {user.value?.second_factor_needed && (
        <p class="factor-needed" role="status">
          <Icon name="warning" />
          <span>{text.needed}</span>
        </p>
      )}
      {state.data && !on && user.value?.has_password === false && <p class="quiet">{text.noPassword}</p>}
      {codes && isNew && (
        <p class="factor-new" role="status">
          <Icon name="check" />
          <span>{text.onNow}</span>
        </p>
      )}
      {codes && <RecoveryCodes codes={codes} onKept={() => setCodes(null)} />}
      {state.data?.since && !codes && (
        <ul class="lines">
          <li class="factor-line">
            <Icon name="shield" size={24} />
            <div class="line-text">
              <p>{text.isOn(date(state.data.since))}</p>
              <p class={state.data.recovery_codes_left === 0 ? "factor-none small" : "quiet small"}>
                {text.left(state.data.recovery_codes_left)}
              </p>
            </div>
            <div class="panel-actions">
              <Button onClick={() => setAsking("renew")}>{text.renew}</Button>
              <Button onClick={() => setAsking("off")}>{text.turnOff}</Button>
            </div>
          </li>
        </ul>
      )}
      {asking === "setup" && (
        <FactorSetup
          onClose={close}
          onDone={(made) => {
            setCodes(made);
            setNew(true);
            changed();
          }}
        />
      )}
      {asking === "renew" && (
        <FactorProof
          title={text.renew}
          text={text.renewText}
          prove={async (password, code) => setCodes((await factor.renew(password, code)).recovery_codes)}
          onDone={() => {
            setNew(false);
            changed();
          }}
          onClose={close}
        />
      )}
      {asking === "off" && (
        <FactorProof
          title={text.turnOff}
          text={text.turnOffText}
          prove={(password, code) => factor.remove(password, code)}
          onDone={() => {
            setCodes(null);
            changed();
            tell(text.off);
          }}
          onClose={close}
        />
      )}
    </section>
  );
}
