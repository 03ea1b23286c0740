import type { Factor } from "./en-factor.ts";
import { plurals } from "./plural.ts";

const p = plurals("es");

export const esFactor: Factor = {
  title: "Segundo factor",
  text: "Después de la contraseña, Matinee pide un código de una aplicación de tu teléfono. Quien solo sepa la contraseña se queda fuera.",
  setUp: "Configurar",
  isOn: (date) => `Activo desde el ${date}`,
  left: (n) =>
    n === 0
      ? "No queda ningún código de recuperación. Crea otros ahora."
      : p(n, { one: `Queda ${n} código de recuperación.`, other: `Quedan ${n} códigos de recuperación.` }),
  needed:
    "Este Matinee pide un segundo factor a los administradores. Hasta que lo tengas, las salas de administración siguen cerradas.",
  noPassword: "Tu cuenta no tiene contraseña aquí. El servicio con el que entras puede pedir un segundo factor.",
  next: "Continuar",
  scan: "Escanéalo con una aplicación de autenticación, por ejemplo la que guarda tus otros códigos.",
  qr: "Código QR para la aplicación de autenticación",
  byHand: "O introduce esta clave en la aplicación",
  code: "Código de la aplicación",
  codeHint: "Seis cifras; cambian cada medio minuto.",
  wrong: "Ese código no es correcto. Usa el más reciente; cada uno vale una vez.",
  passwordWrong: "Esa no es la contraseña de esta cuenta.",
  turnOn: "Activar",
  onNow: "El segundo factor está activo. Se ha cerrado la sesión en tus otros dispositivos.",
  codes: "Códigos de recuperación",
  codesText: "Cada uno te deja entrar una vez si pierdes la aplicación. Guárdalos bien: solo se muestran ahora.",
  download: "Descargar",
  print: "Imprimir",
  kept: "Los he guardado",
  codesOf: (name, host) => `Códigos de recuperación de ${name} en ${host}`,
  renew: "Códigos nuevos",
  renewText: "Los códigos que tienes ahora dejarán de valer.",
  turnOff: "Desactivar",
  turnOffText: "Entonces basta la contraseña, y se cierra la sesión en tus otros dispositivos.",
  off: "El segundo factor está desactivado.",
  either: "Código de la aplicación o de recuperación",
  askTitle: "Introduce tu código",
  askText: "Abre tu aplicación de autenticación e introduce el código de Matinee.",
  recovery: "Código de recuperación",
  recoveryText: "Introduce uno de los códigos de recuperación que guardaste. Vale una vez.",
  useRecovery: "No tengo la aplicación aquí",
  useApp: "Usar el código de la aplicación",
};
