import 'kit/tokens.css';
import { speakFor } from 'kit/api/client';
import { start } from 'kit/router.svelte';
import { mount } from 'svelte';
import App from './App.svelte';
import { begin } from './my.svelte';

speakFor('shop');
start('');
void begin();
mount(App, { target: document.getElementById('app')! });
