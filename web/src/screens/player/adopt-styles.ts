/**
 * media-chrome writes `<style>` elements into its shadow roots, which a strict content security policy blocks. This turns
 * each into a constructed style sheet, which the policy allows, and leaves it reachable as the element's `sheet`, where
 * media-chrome looks for it. Call it before media-chrome is loaded; nothing else here uses shadow roots.
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

/** A style of another type is text to the browser: not applied, and not a violation. */
function inert(html: string): string {
  return html.replaceAll("<style", '<style type="text/x-adopted"');
}

function adopt(root: ShadowRoot): void {
  for (const element of root.querySelectorAll<HTMLStyleElement>('style[type="text/x-adopted"]')) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(element.textContent ?? "");
    root.adoptedStyleSheets.push(sheet);
    Object.defineProperty(element, "sheet", { value: sheet, configurable: true });
  }
  for (const element of root.querySelectorAll("*")) if (element.shadowRoot) adopt(element.shadowRoot);
}
