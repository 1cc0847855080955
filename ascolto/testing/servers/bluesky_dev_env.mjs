// Bluesky's own development servers (a personal data server, an AppView, a directory of identities) on this machine only.
// BLUESKY_DEV_ENV is the folder in which @atproto/dev-env is installed. Says as JSON on one line where they are and which
// accounts were made, and ends when it is interrupted.
import { createRequire } from 'node:module'

const require = createRequire(`${process.env.BLUESKY_DEV_ENV}/`)
const { TestNetwork } = require('@atproto/dev-env')

const network = await TestNetwork.create({ bsky: { dbPostgresSchema: 'ascolto' }, pds: {}, plc: {} })
const accounts = {}
for (const name of ['telvia', 'giulia', 'paolo']) {
  const account = { email: `${name}@example.com`, handle: `${name}.test`, password: `${name}-password` }
  const { data } = await network.pds.getClient().api.com.atproto.server.createAccount(account)
  accounts[name] = { did: data.did, ...account }
}
// What is written reaches the AppView only when it is told to look.
setInterval(() => network.processAll().catch(() => {}), 500)
process.on('SIGINT', () => process.exit(0))
console.log(JSON.stringify({ service: network.pds.url, accounts }))
