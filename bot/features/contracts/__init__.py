"""The terms of a customer's contract: what is in force, until when and for how much. Imports append them."""
