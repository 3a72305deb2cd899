{
  "targets": [
    {
      "target_name": "zmx_native",
      "sources": ["addon.c", "addon-files.c", "addon-fds.c", "addon-fuse.c", "addon-listing.c", "addon-programs.c", "addon-spawn.c"],
      "defines": ["_GNU_SOURCE", "NAPI_VERSION=8"],
      "cflags": ["-std=c11", "-O2", "-Wall", "-Wextra"]
    },
    {
      "target_name": "shim",
      "type": "executable",
      "sources": ["shim.c", "shim-request.c", "shim-local.c"],
      "cflags": ["-std=c11", "-O2", "-Wall", "-Wextra"],
      "ldflags": ["-static"],
      "conditions": [
        # Without the C library: see bare-libc.c.
        ["target_arch=='x64' or target_arch=='arm64'", {
          "sources": ["bare-libc.c"],
          "cflags": ["-fno-stack-protector", "-U_FORTIFY_SOURCE"],
          "ldflags": ["-nostdlib"]
        }]
      ]
    },
    {
      "target_name": "run-child",
      "type": "executable",
      "sources": ["run-child.c"],
      "defines": ["_GNU_SOURCE"],
      "cflags": ["-std=c11", "-O2", "-Wall", "-Wextra"],
      "ldflags": ["-static"]
    },
    {
      "target_name": "job-leader",
      "type": "executable",
      "sources": ["job-leader.c"],
      "defines": ["_GNU_SOURCE"],
      "cflags": ["-std=c11", "-O2", "-Wall", "-Wextra"],
      "ldflags": ["-static"]
    },
    {
      "target_name": "launcher",
      "type": "executable",
      "sources": ["launcher.c", "launcher-root.c", "launcher-keeper.c"],
      "defines": ["_GNU_SOURCE"],
      "cflags": ["-std=c11", "-O2", "-Wall", "-Wextra"]
    },
    {
      "target_name": "notifier",
      "type": "executable",
      "sources": ["notifier.c"],
      "defines": ["_GNU_SOURCE"],
      "cflags": ["-std=c11", "-O2", "-Wall", "-Wextra", "-pthread"],
      "ldflags": ["-pthread"]
    }
  ]
}
