// Starts the PLC directory and the PDS of the AT protocol in one process, both on loopback only.
// The packages are looked for in the working folder; the PDS reads its settings from PDS_*, the directory its port from
// PLC_PORT. It prints one line when both answer, and stops on SIGTERM.
const { createRequire } = require('node:module')
const { Server } = require('node:net')

const installed = createRequire(`${process.cwd()}/package.json`)

// Both call listen(port) without a host, which would be every address of the machine.
const everywhere = Server.prototype.listen
Server.prototype.listen = function (port, ...rest) {
  return Number.isInteger(port) ? everywhere.call(this, { port, host: '127.0.0.1' }, ...rest.filter((x) => typeof x === 'function'))
    : everywhere.call(this, port, ...rest)
}

async function main() {
  const directory = installed('@did-plc/server')
  const { PDS, readEnv, envToCfg, envToSecrets } = installed('@atproto/pds')
  const plc = directory.PlcServer.create({ db: directory.Database.mock(), port: Number(process.env.PLC_PORT) })
  await plc.start()
  const settings = readEnv()
  const pds = await PDS.create(envToCfg(settings), envToSecrets(settings))
  await pds.start()
  process.once('SIGTERM', () => Promise.all([pds.destroy(), plc.destroy()]).finally(() => process.exit(0)))
  console.log('ready')
}

main().catch((error) => {
  console.error(String(error))
  process.exit(1)
})
