import 'kit/tokens.css';
import { learn } from 'kit/i18n';
import { reportAs } from 'kit/report';
import { start } from 'kit/router.svelte';
import { register } from 'kit/worker/register';
import { mount } from 'svelte';
import App from './App.svelte';
import en from './words/en.json';
import ru from './words/ru.json';

learn({ ru, en });
reportAs('wk_till');
start('/till');
mount(App, { target: document.getElementById('app')! });
register('/till-worker.js', '/till');
