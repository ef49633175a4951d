import 'kit/tokens.css';
