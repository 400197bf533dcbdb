"""What runs the platform: set-up, the lakehouse process, Airflow, the demo bank."""
