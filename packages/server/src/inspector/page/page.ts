/** The inspector's page: one document that loads nothing, and may load nothing. */

import { createHash } from 'node:crypto'
import { script } from './script.js'
import { style } from './style.js'

const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='5' fill='%232f9e62'/%3E%3C/svg%3E"

export const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Backchat inspector</title>
<link rel="icon" href="${icon}">
<style>${style}</style>
</head>
<body>
<header>
  <h1>Backchat <span>inspector</span></h1>
  <p id="line" role="status" data-is="waiting"><i></i><span></span></p>
</header>
<dl id="glance"></dl>
<form id="search" role="search">
  <label><span class="hidden">Find</span><input id="find" type="search" autocomplete="off" spellcheck="false" maxlength="200" placeholder="Find a user, a session, a type, a request"></label>
</form>
<div id="columns">
  <main>
    <section><h2>Requests <small id="requests-count"></small></h2><ol id="requests"></ol><p class="empty"></p></section>
    <section><h2>Sessions <small id="sessions-count"></small></h2><ol id="sessions"></ol><p class="empty"></p></section>
    <section><h2>Connections <small id="connections-count"></small></h2><ol id="connections"></ol><p class="empty"></p></section>
  </main>
  <aside id="trace" aria-live="off" tabindex="-1">
    <button id="close" type="button" aria-label="Close">×</button>
    <h2 id="trace-title">Trace</h2>
    <p id="trace-id"></p>
    <p id="trace-text"></p>
    <dl id="trace-facts"></dl>
    <ol id="records"></ol>
    <p class="empty"></p>
  </aside>
</div>
<noscript>This page needs JavaScript.</noscript>
<script>${script}</script>
</body>
</html>
`

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Only these two run, nothing is fetched but from where the page is, and no text can become markup. */
export const pagePolicy = [
  "default-src 'none'",
  `script-src ${hash(script)}`,
  `style-src ${hash(style)}`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')
