"""python -m tao_launcher"""
from .main import console

if __name__ == '__main__':
    console()
