"""What sources outside send about a customer: figures of metrics, and what happened. Imports append them."""
