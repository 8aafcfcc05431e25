// The one place where text from our server becomes nodes; the page's Trusted Types policy lets no other do it.
const plain = { createHTML: (text) => text };
const policy = globalThis.trustedTypes ? trustedTypes.createPolicy("pennypress", plain) : plain;

/** Nodes of a piece of HTML that our own server rendered. */
export function htmlToFragment(html) {
  const template = document.createElement("template");
  template.innerHTML = policy.createHTML(html);
  return template.content;
}

/** Ask our server for a partial. Resolves to {response, fragment}; rejects only when the network fails. */
export async function fetchFragment(url, options = {}) {
  const headers = { "X-Fragment": "1", ...options.headers };
  const response = await fetch(url, { credentials: "same-origin", ...options, headers });
  return { response, fragment: htmlToFragment(await response.text()) };
}
