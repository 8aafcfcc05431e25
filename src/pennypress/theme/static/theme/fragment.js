// The one place where text from our server becomes nodes; the page's Trusted Types policy lets no other do it.
const plain = { createHTML: (text) => text, createScriptURL: (address) => address };
const policy = globalThis.trustedTypes ? trustedTypes.createPolicy("pennypress", plain) : plain;

/** Nodes of a piece of HTML that our own server rendered. */
export function htmlToFragment(html) {
  const template = document.createElement("template");
  template.innerHTML = policy.createHTML(html);
  return template.content;
}

/** The address of our service worker, which lies on this site like every script. */
export function workerAddress(path) {
  const address = new URL(path, location.href);
  if (address.origin !== location.origin) throw new TypeError("A worker of another site.");
  return policy.createScriptURL(address.href);
}

/** The address of the partial that stands for a page's. */
export function fragmentOf(url) {
  const address = new URL(url, location.href);
  address.searchParams.set("fragment", "1");
  address.hash = "";
  return address;
}

/** Ask our server for a partial. Resolves to {response, fragment}; rejects only when the network fails. */
export async function fetchFragment(url) {
  const response = await fetch(fragmentOf(url), { credentials: "same-origin" });
  return { response, fragment: htmlToFragment(await response.text()) };
}
