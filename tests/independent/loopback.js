// local-slack listens on all addresses and has no option for it. Bun loads this before the program, which stays as it is.
const serve = Bun.serve;
Bun.serve = (options) => serve({ ...options, hostname: "127.0.0.1" });
