import type { Factor } from "./en-factor.ts";
import { plurals } from "./plural.ts";

const p = plurals("fr");

export const frFactor: Factor = {
  title: "Second facteur",
  text: "Après votre mot de passe, Matinee demande un code d’une application de votre téléphone. Le mot de passe seul ne suffit plus pour entrer.",
  setUp: "Configurer",
  isOn: (date) => `Activé depuis le ${date}`,
  left: (n) =>
    n === 0
      ? "Il ne reste aucun code de secours. Créez-en maintenant."
      : p(n, { one: `Il reste ${n} code de secours.`, other: `Il reste ${n} codes de secours.` }),
  needed:
    "Ce Matinee demande un second facteur aux administrateurs. D’ici là, les pages d’administration vous restent fermées.",
  noPassword: "Votre compte n’a pas de mot de passe ici. Le service qui vous connecte peut demander un second facteur.",
  next: "Continuer",
  scan: "Scannez ceci avec une application d’authentification, par exemple celle qui garde vos autres codes.",
  qr: "Code QR pour l’application d’authentification",
  byHand: "Ou saisissez cette clé dans l’application",
  code: "Code de l’application",
  codeHint: "Six chiffres, renouvelés toutes les trente secondes.",
  wrong: "Ce code n’est pas le bon. Prenez le plus récent ; chacun sert une fois.",
  passwordWrong: "Ce n’est pas le mot de passe de ce compte.",
  turnOn: "Activer",
  onNow: "Le second facteur est activé. Vos autres appareils sont déconnectés.",
  codes: "Codes de secours",
  codesText:
    "Chacun vous laisse entrer une fois si l’application est perdue. Gardez-les bien : ils ne s’affichent que maintenant.",
  download: "Télécharger",
  print: "Imprimer",
  kept: "Je les ai gardés",
  codesOf: (name, host) => `Codes de secours de ${name} sur ${host}`,
  renew: "Nouveaux codes",
  renewText: "Les codes que vous avez maintenant ne serviront plus.",
  turnOff: "Désactiver",
  turnOffText: "Le mot de passe suffira alors, et vos autres appareils seront déconnectés.",
  off: "Le second facteur est désactivé.",
  either: "Code de l’application, ou code de secours",
  askTitle: "Saisissez votre code",
  askText: "Ouvrez votre application d’authentification et saisissez le code de Matinee.",
  recovery: "Code de secours",
  recoveryText: "Saisissez un des codes de secours que vous avez gardés. Il sert une fois.",
  useRecovery: "Je n’ai pas l’application ici",
  useApp: "Utiliser le code de l’application",
};
