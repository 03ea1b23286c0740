import { api } from "../../api/endpoints.ts";
import { personal } from "../../i18n/personal.ts";
import { navigate } from "../../router/router.ts";
import { signedIn, user } from "../../state/session.ts";
import { NewAccount } from "../doors/new-account.tsx";

/** Creates the first account and signs it in. */
export function AccountStep({ token, onDone }: { token: string | undefined; onDone: () => void }) {
  const text = personal.value.setup;
  const create = async (name: string, password: string) => {
    await api.setup.complete({ name, password, token });
    await signedIn();
    // Without it the next step would be refused.
    if (user.value?.second_factor_needed) navigate("/account", { replace: true });
    else onDone();
  };
  return (
    <div class="door-panel wide">
      <p class="quiet">{text.accountText}</p>
      <NewAccount labels={{ name: text.name, password: text.password, submit: text.continue }} create={create} />
    </div>
  );
}
