/**
 * media-chrome writes `<style>` elements into its shadow roots, which a strict content security policy blocks. This turns
 * each into a constructed style sheet, which the policy allows, and leaves an inert element named `style` in its place
 * whose `sheet` it is, because media-chrome looks there to change rules. Call it before media-chrome is loaded; nothing
 * else here uses shadow roots.
 */
export function adoptShadowStyles(): void {
  const prototype = ShadowRoot.prototype as ShadowRoot & { adopts?: boolean };
  if (prototype.adopts || !("replaceSync" in CSSStyleSheet.prototype)) return;
  prototype.adopts = true;
  const inner = Object.getOwnPropertyDescriptor(prototype, "innerHTML");
  if (inner?.set) {
    const write = inner.set;
    Object.defineProperty(prototype, "innerHTML", {
      ...inner,
      set(this: ShadowRoot, html: string) {
        write.call(this, inert(html));
        adopt(this);
      },
    });
  }
  const unsafe = prototype.setHTMLUnsafe;
  if (unsafe) {
    prototype.setHTMLUnsafe = function (this: ShadowRoot, html: string) {
      unsafe.call(this, inert(html));
      adopt(this);
    };
  }
}

// Not the namespace of HTML: to the browser no style element, to a selector one all the same.
const INERT = "urn:matinee:style";

function inert(html: string): string {
  return html.replaceAll("<style", "<template data-style").replaceAll("</style>", "</template>");
}

function adopt(root: ShadowRoot): void {
  for (const source of root.querySelectorAll("template[data-style]")) {
    const sheet = new CSSStyleSheet();
    // Within an SVG picture it is an element of SVG, with its text in itself.
    const holder = source instanceof HTMLTemplateElement ? source.content : source;
    sheet.replaceSync(holder.textContent ?? "");
    root.adoptedStyleSheets.push(sheet);
    const stand = document.createElementNS(INERT, "style");
    Object.defineProperty(stand, "sheet", { value: sheet });
    if (source.id) stand.id = source.id;
    source.replaceWith(stand);
  }
  for (const element of root.querySelectorAll("*")) if (element.shadowRoot) adopt(element.shadowRoot);
}
