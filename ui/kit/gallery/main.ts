import 'kit/tokens.css';
import { learn } from 'kit/i18n';
import { start } from 'kit/router.svelte';
import { mount } from 'svelte';
import App from './App.svelte';
import en from './words/en.json';
import ru from './words/ru.json';

learn({ ru, en });
start('/kit');
mount(App, { target: document.getElementById('app')! });
