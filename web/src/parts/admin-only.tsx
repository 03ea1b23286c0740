import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { language, t } from "../i18n/index.ts";
import { loadRooms, roomsReady } from "../i18n/rooms.ts";
import { isAdmin, isRestricted, user } from "../state/session.ts";
import { LinkButton } from "./button.tsx";
import { Empty } from "./notice.tsx";
import { RoomNav } from "./room-nav.tsx";

/** Its children for administrators, once their texts are there; for everybody else, a word that this is not theirs. */
export function AdminOnly({ children }: { children: ComponentChildren }) {
  useEffect(() => void loadRooms(), [language.value]);
  if (isAdmin.value)
    return roomsReady.value ? (
      <>
        <RoomNav />
        {children}
      </>
    ) : null;
  const text = t.value.error;
  if (user.value?.second_factor_needed && !isRestricted.value)
    return (
      <div class="page">
        <Empty whole icon="shield" title={text.factorNeeded} text={text.factorNeededText}>
          <LinkButton look="primary" to="/account">
            {t.value.nav.account}
          </LinkButton>
        </Empty>
      </div>
    );
  return (
    <div class="page">
      <Empty whole icon="key" title={text.onlyAdmins} text={text.onlyAdminsText} />
    </div>
  );
}
