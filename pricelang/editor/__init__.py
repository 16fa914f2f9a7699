"""What an editor asks of books while they are written; `server` speaks the Language Server
Protocol.
"""
