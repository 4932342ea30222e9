"""The law that cases are decided by: statutes and their articles by day, the powers a town holds, the discretion standards."""
