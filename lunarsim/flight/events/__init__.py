"""What happened on a flight and when, and what can be watched for."""
