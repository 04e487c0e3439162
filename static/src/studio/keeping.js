// What could not be sent yet stays in this browser, for this person, office and definition.

export function keeper({ kind, key, me }) {
  const name = `yikou-studio:${location.pathname.replace(/\/studio\/.*/, "")}:${me}:${kind}:${key}`;
  return {
    put(text) {
      try { localStorage.setItem(name, JSON.stringify(text)); return true; } catch { return false; }
    },
    get() {
      try { return JSON.parse(localStorage.getItem(name)); } catch { return null; }
    },
    drop() {
      try { localStorage.removeItem(name); } catch { /* a browser that keeps nothing has nothing to drop */ }
    },
  };
}
