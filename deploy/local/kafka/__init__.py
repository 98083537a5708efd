"""A real Apache Kafka broker on loopback, without Docker."""
