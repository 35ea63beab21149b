import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './field/App';
import { Engine } from './field/engine';
import './field/field.css';
import { accent, field, font, ground, ink, line, status } from './tokens';

// The sheet reads the tokens; this is where they meet.
const tokens = { ink: ink.strong, 'ink-2': ink.mid, line: line.strong, ground: ground.page, card: ground.card, accent: accent.main, 'accent-weak': accent.weak, deep: field.deep, strip: field.strip, danger: status.danger.ink, 'danger-weak': status.danger.ground, warn: status.warn.ink, 'warn-weak': status.warn.ground, done: status.done.ink, font };
for (const [name, value] of Object.entries(tokens)) document.documentElement.style.setProperty(`--${name}`, value);

const engine = new Engine();
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App engine={engine} />
    </StrictMode>,
  );
}
void engine.boot();

// The worker keeps the app itself on the phone; it never touches the API's answers.
if ('serviceWorker' in navigator && import.meta.env.PROD) {
  void navigator.serviceWorker.register('/field-sw.js', { scope: '/field' }).catch(() => undefined);
}
