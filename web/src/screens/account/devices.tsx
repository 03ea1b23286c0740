import { api } from "../../api/endpoints.ts";
import type { DeviceSession } from "../../api/types.ts";
import { ago } from "../../i18n/format.ts";
import { personal } from "../../i18n/personal.ts";
import { Button, LinkButton } from "../../parts/button.tsx";
import { Icon, type IconName } from "../../parts/icon.tsx";
import { ErrorLine, Late } from "../../parts/notice.tsx";
import { tell, tellProblem } from "../../state/notices.ts";
import { invalidate, useQuery } from "../../state/query.ts";

/** Where the person is signed in, each with a way to end it. */
export function Devices() {
  const text = personal.value.account;
  const sessions = useQuery("sessions", (signal) => api.me.sessions(signal));
  const items = sessions.data?.items ?? [];
  const others = items.filter((session) => !session.current);
  const end = async (ending: DeviceSession[], done: string) => {
    try {
      for (const session of ending) await api.me.endSession(session.id);
      tell(done);
    } catch (reason) {
      tellProblem(reason);
    }
    invalidate("sessions");
  };
  return (
    <section class="panel" aria-label={text.sessions}>
      <div class="panel-head">
        <h2>{text.sessions}</h2>
        <div class="panel-actions">
          <LinkButton to="/link" icon="tv">
            {text.devicesAdd}
          </LinkButton>
          {others.length > 1 && (
            <Button onClick={() => void end(others, text.othersEnded)} icon="logout">
              {text.endOthers}
            </Button>
          )}
        </div>
      </div>
      {sessions.error && <ErrorLine error={sessions.error} />}
      {sessions.pending && (
        <Late>
          <div class="bone line-bone" />
        </Late>
      )}
      <ul class="lines">
        {items.map((session) => (
          <li key={session.id}>
            <Icon name={deviceIcon(session.device)} size={24} />
            <div class="line-text">
              <p>{session.device}</p>
              <p class="quiet small">
                {[session.address, session.current ? text.thisDevice : text.lastSeen(ago(session.last_seen_at))].join(
                  " · ",
                )}
              </p>
            </div>
            {!session.current && <Button onClick={() => void end([session], text.ended)}>{text.end}</Button>}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The picture for a device by what it calls itself. Pure. */
export function deviceIcon(device: string): IconName {
  if (/tv|tizen|webos|roku|playstation|xbox/i.test(device)) return "tv";
  return /iphone|ipad|android|phone/i.test(device) ? "phone" : "keyboard";
}
