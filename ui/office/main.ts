import 'kit/tokens.css';
import { start } from 'kit/router.svelte';
import { mount } from 'svelte';
import App from './App.svelte';

start('/office');
mount(App, { target: document.getElementById('app')! });
