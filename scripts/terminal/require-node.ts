const needed = 24;

if (Number(process.versions.node.split(".")[0]) < needed) {
  process.stderr.write(
    `Ithaca needs Node ${needed}, and this is ${process.versions.node}; ` +
      "start it as `npm run ithaca -- <command>`, which brings its own.\n",
  );
  process.exit(2);
}
