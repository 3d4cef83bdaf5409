"""What every function needs of AWS: DynamoDB, retries, deadlines, sweeps, batches, log, metrics."""
