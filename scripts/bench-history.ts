import { kernelHistory } from './kernelHistory.js';

console.log(kernelHistory());
