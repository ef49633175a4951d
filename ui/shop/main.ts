import 'kit/tokens.css';
import './first.css';
import { speakFor } from 'kit/api/client';
import { learn } from 'kit/i18n';
import { reportAs } from 'kit/report';
import { start } from 'kit/router.svelte';
import { rememberReads } from 'kit/seen';
import { register } from 'kit/worker/register';
import { mount } from 'svelte';
import App from './App.svelte';
import { begin } from './my.svelte';
import en from './words/en.json';
import ru from './words/ru.json';

learn({ ru, en });
speakFor('shop');
/* Without a line one may read on; what a shop has now nobody knows then. */
rememberReads((path) => (/^\/v1\/(catalog|place)\b/.test(path) ? 'all' : /^\/v1\/(order|basket|customer)\b/.test(path) ? 'mine' : undefined));
const installed = matchMedia('(display-mode: standalone)').matches;
reportAs(installed ? 'wk_app' : 'wk_shop', installed);
start('');
void begin();

/* The server has drawn the page already (catalog_page.c). Ours takes its place in one
 * step: what it shows came with the page, so nothing is empty in between. */
const app = document.getElementById('app')!;
app.replaceChildren();
mount(App, { target: app });
register('/sw.js', '/');
