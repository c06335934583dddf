document.getElementById('root')?.append('Hello');
