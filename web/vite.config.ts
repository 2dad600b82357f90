import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

/** Packages whose code ends up in dist: mpegts.js and what its published bundle contains. */
const bundledPackages = ['mpegts.js', 'es6-promise', 'events'];

/** Their licences travel with the built pages, as those licences ask. */
function thirdPartyLicenses(): Plugin {
  return {
    name: 'third-party-licenses',
    apply: 'build',
    generateBundle() {
      const texts = bundledPackages.map(name => {
        const folder = new URL(`node_modules/${name}/`, import.meta.url);
        const { version } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as { version: string };
        return `${name} ${version}\n\n${readFileSync(new URL('LICENSE', folder), 'utf8').trim()}\n`;
      });
      this.emitFile({ type: 'asset', fileName: 'assets/third-party-licenses.txt', source: texts.join(`\n${'='.repeat(79)}\n\n`) });
    },
  };
}

const page = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig({
  base: './', // works below any path prefix of a reverse proxy
  plugins: [thirdPartyLicenses()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // a data: URL would need a hole in the Content-Security-Policy
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { index: page('index.html'), admin: page('admin.html'), stations: page('stations.html'), missing: page('missing.html') } },
  },
  server: {
    proxy: {
      '/api': 'http://127.0.0.1:8081',
      '/player.json': 'http://127.0.0.1:8080',
      '/streams.json': 'http://127.0.0.1:8080',
      '/stations.json': 'http://127.0.0.1:8080',
      '/audio': { target: 'http://127.0.0.1:8080', ws: true },
      '^/.*\\.flv$': { target: 'http://127.0.0.1:8080', ws: true },
    },
  },
});
