import { plurals } from "./plural.ts";

const p = plurals("en");

/** The texts of the second factor, on the account page and at the door. */
export const enFactor = {
  title: "Second factor",
  text: "After your password, Matinee asks for a code from an app on your phone. Who learns the password alone stays outside.",
  setUp: "Set it up",
  isOn: (date: string) => `On since ${date}`,
  left: (n: number): string =>
    n === 0
      ? "No recovery code is left. Make new ones now."
      : p(n, { one: `${n} recovery code is left.`, other: `${n} recovery codes are left.` }),
  needed: "This Matinee asks administrators for a second factor. Until you have one, the operator’s rooms stay closed.",
  noPassword: "Your account has no password here. Whoever signs you in may ask for a second factor.",
  next: "Continue",
  scan: "Scan this with an authenticator app, such as the one that keeps your other codes.",
  qr: "QR code for the authenticator app",
  byHand: "Or enter this key in the app",
  code: "Code from the app",
  codeHint: "Six digits; new ones every half minute.",
  wrong: "That code is not right. Take the newest; each works once.",
  passwordWrong: "That is not the password of this account.",
  turnOn: "Turn it on",
  onNow: "The second factor is on. Your other devices were signed out.",
  codes: "Recovery codes",
  codesText: "Each lets you in once when the app is lost. Keep them safe: they are shown only now.",
  download: "Download",
  print: "Print",
  kept: "I have kept them",
  codesOf: (name: string, host: string) => `Recovery codes of ${name} at ${host}`,
  renew: "New recovery codes",
  renewText: "The codes that you have now stop working.",
  turnOff: "Turn it off",
  turnOffText: "Then the password alone is enough, and your other devices are signed out.",
  off: "The second factor is off.",
  either: "Code from the app, or a recovery code",
  askTitle: "Enter your code",
  askText: "Open your authenticator app and enter the code for Matinee.",
  recovery: "Recovery code",
  recoveryText: "Enter one of the recovery codes that you have kept. It works once.",
  useRecovery: "I don’t have the app here",
  useApp: "Use the code from the app",
};

export type Factor = typeof enFactor;
