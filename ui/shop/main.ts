import 'kit/tokens.css';
import { speakFor } from 'kit/api/client';
import { learn } from 'kit/i18n';
import { start } from 'kit/router.svelte';
import { mount } from 'svelte';
import App from './App.svelte';
import { begin } from './my.svelte';
import en from './words/en.json';
import ru from './words/ru.json';

learn({ ru, en });
speakFor('shop');
start('');
void begin();
mount(App, { target: document.getElementById('app')! });
