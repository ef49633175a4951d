import 'kit/tokens.css';
import { start } from 'kit/router.svelte';
import { mount } from 'svelte';
import App from './App.svelte';
import { begin } from './my.svelte';

start('');
void begin();
mount(App, { target: document.getElementById('app')! });
