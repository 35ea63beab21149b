import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { fieldWorker } from './scripts/fieldWorker';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// The three faces of one build. A face joins when its HTML file exists.
const faces = { office: 'index.html', wall: 'wall.html', field: 'field.html' };
const input = Object.fromEntries(
  Object.entries(faces)
    .map(([name, file]) => [name, here(file)] as const)
    .filter(([, file]) => existsSync(file)),
);

const library = (names: string) => new RegExp(`[\\\\/]node_modules[\\\\/](${names})[\\\\/]`);

// dist is emptied by every build; the placeholder keeps `go build` working on a fresh checkout.
const keepPlaceholder: Plugin = {
  name: 'keep-placeholder',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: '.gitkeep', source: '' });
  },
};

export default defineConfig({
  plugins: [react(), keepPlaceholder, fieldWorker()],
  build: {
    target: 'es2020',
    manifest: true,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1100,
    rolldownOptions: {
      input,
      output: {
        codeSplitting: {
          groups: [
            { name: 'react', test: library('react|react-dom|scheduler') },
            { name: 'echarts', test: library('echarts|zrender') },
            { name: 'maplibre', test: library('maplibre-gl|@maplibre|@mapbox') },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': { target: process.env.QINGSHAN_API ?? 'http://127.0.0.1:8080' } } },
  test: { include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'], environment: 'node' },
} as Parameters<typeof defineConfig>[0] & { test: unknown });
