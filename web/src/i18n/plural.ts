type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** Chooses a plural form by the rules of `locale`. */
export function plurals(locale: string): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(locale);
  return (count, forms) => forms[rules.select(count)] ?? forms.other;
}
