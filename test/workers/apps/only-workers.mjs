// As under PM2: the primary is somebody else's.
import cluster from 'node:cluster';

if (cluster.isWorker) await import('tokenmeter/register');
