// Small helpers to build the page. Text only ever becomes text nodes: nothing is parsed as HTML.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element; `props` are attributes, `on` listeners; strings among `children` are text. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  const { on = {}, ...attributes } = props;
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) {
      node.setAttribute(name, value === true ? "" : value);
    }
  }
  for (const [name, listener] of Object.entries(on)) node.addEventListener(name, listener);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** A button that submits nothing. */
export function button(label, testid, onClick, props = {}) {
  return el("button", { type: "button", "data-testid": testid, on: { click: onClick }, ...props }, label);
}

/** A button with a picture; `label` is what screen readers and tooltips say. */
export function iconButton(name, label, testid, onClick, props = {}) {
  const node = el("button", {
    type: "button", class: "icon-button", "aria-label": label, title: label,
    "data-testid": testid, on: { click: onClick }, ...props,
  });
  node.append(icon(name));
  return node;
}

/** A picture out of icons.svg, hidden from screen readers. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/page/icons.svg#${name}`);
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/** Whether the reader asked the system for less motion. */
export function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
