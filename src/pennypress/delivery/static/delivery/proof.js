// Works for its reader where a form runs hot: altcha's proof of work (version 2), with the browser's own PBKDF2.
// Brought in only when the server asks for it; see delivery/proof.py.

// More than the server ever asks for: where this does not help, nothing will.
const MOST_ATTEMPTS = 5_000;

const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The answer to a challenge, to be sent as "proof". A browser that cannot do it says so, and its reader waits. */
export async function work(challenge) {
  const { nonce, salt, cost, keyLength, keyPrefix } = challenge.parameters;
  // Only secure pages have it.
  if (!globalThis.crypto?.subtle) return "cannot";
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: cost };
  const start = bytes(nonce);
  const password = new Uint8Array(start.length + 4);
  password.set(start);
  const end = new DataView(password.buffer, start.length);
  for (let counter = 0; counter < MOST_ATTEMPTS; counter++) {
    end.setUint32(0, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const derivedKey = hex(await crypto.subtle.deriveBits(how, key, keyLength * 8));
    if (derivedKey.startsWith(keyPrefix)) return btoa(JSON.stringify({ challenge, solution: { counter, derivedKey } }));
  }
  return "cannot";
}
