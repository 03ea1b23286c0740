import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { language, t } from "../i18n/index.ts";
import { loadRooms, roomsReady } from "../i18n/rooms.ts";
import { isAdmin } from "../state/session.ts";
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
  return (
    <div class="page">
      <Empty whole icon="key" title={text.onlyAdmins} text={text.onlyAdminsText} />
    </div>
  );
}
