import type { Factor } from "./en-factor.ts";
import { plurals } from "./plural.ts";

const p = plurals("de");

export const deFactor: Factor = {
  title: "Zweiter Faktor",
  text: "Nach dem Passwort fragt Matinee nach einem Code aus einer App auf deinem Handy. Wer nur das Passwort kennt, bleibt draußen.",
  setUp: "Einrichten",
  isOn: (date) => `An seit ${date}`,
  left: (n) =>
    n === 0
      ? "Kein Ersatzcode ist übrig. Erzeuge jetzt neue."
      : p(n, { one: `${n} Ersatzcode ist übrig.`, other: `${n} Ersatzcodes sind übrig.` }),
  needed:
    "Dieses Matinee verlangt von Administratoren einen zweiten Faktor. Bis du einen hast, bleiben die Räume des Betreibers zu.",
  noPassword:
    "Dein Konto hat hier kein Passwort. Der Dienst, über den du dich anmeldest, kann einen zweiten Faktor verlangen.",
  next: "Weiter",
  scan: "Scanne das mit einer Authenticator-App, etwa der, in der deine anderen Codes liegen.",
  qr: "QR-Code für die Authenticator-App",
  byHand: "Oder gib diesen Schlüssel in der App ein",
  code: "Code aus der App",
  codeHint: "Sechs Ziffern; jede halbe Minute neue.",
  wrong: "Der Code stimmt nicht. Nimm den neuesten; jeder gilt einmal.",
  passwordWrong: "Das ist nicht das Passwort dieses Kontos.",
  turnOn: "Einschalten",
  onNow: "Der zweite Faktor ist an. Deine anderen Geräte sind abgemeldet.",
  codes: "Ersatzcodes",
  codesText:
    "Jeder lässt dich einmal herein, wenn die App verloren ist. Bewahre sie gut auf: Sie werden nur jetzt gezeigt.",
  download: "Herunterladen",
  print: "Drucken",
  kept: "Ich habe sie aufbewahrt",
  codesOf: (name, host) => `Ersatzcodes von ${name} bei ${host}`,
  renew: "Neue Ersatzcodes",
  renewText: "Die Codes, die du jetzt hast, gelten dann nicht mehr.",
  turnOff: "Ausschalten",
  turnOffText: "Dann genügt das Passwort allein, und deine anderen Geräte werden abgemeldet.",
  off: "Der zweite Faktor ist aus.",
  either: "Code aus der App oder ein Ersatzcode",
  askTitle: "Gib deinen Code ein",
  askText: "Öffne deine Authenticator-App und gib den Code für Matinee ein.",
  recovery: "Ersatzcode",
  recoveryText: "Gib einen der Ersatzcodes ein, die du aufbewahrt hast. Er gilt einmal.",
  useRecovery: "Ich habe die App nicht hier",
  useApp: "Den Code aus der App nehmen",
};
