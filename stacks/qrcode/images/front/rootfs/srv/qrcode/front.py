"""The page: a text goes in, its QR code comes out."""

import os

import requests
import streamlit as st

API = os.environ.get("API_URL", "http://api:8000/api")


def make(text: str) -> tuple[bytes | None, str]:
    """The picture of a text, or a sentence that says why there is none."""
    try:
        answer = requests.post(f"{API}/codes", json={"text": text}, timeout=(3, 610))
    except requests.RequestException:
        return None, "The service does not answer. Try again in a moment."
    if answer.status_code == 200:
        return answer.content, ""
    if answer.status_code == 503:
        seconds = answer.headers.get("Retry-After", "5")
        return None, f"All workers are busy. Try again in {seconds} s."
    if answer.status_code == 422:
        return None, "This text cannot be a code: it has control characters, or is too long."
    return None, "The worker brought no code. Try again."


# A file of the image: the browser would load a symbol or an emoji from elsewhere.
st.set_page_config(page_title="QR codes", page_icon="icon.png", layout="centered")
st.title("QR codes")
st.write("Each code is made by a container of its own, which lives for that one code.")

with st.form("code", border=False):
    text = st.text_area(
        "Text", placeholder="https://shop.example/", max_chars=2000, key="text", height=100
    )
    wanted = st.form_submit_button("Make the code", type="primary")

if wanted:
    if text == "":
        st.info("Write a text first.")
    else:
        with st.spinner("A worker makes the code..."):
            picture, problem = make(text)
        if picture is None:
            st.warning(problem)
        else:
            st.session_state["made"] = (text, picture)

if "made" in st.session_state:
    made, picture = st.session_state["made"]
    # As many pixels as the picture has, up to the column: a code that is scaled up is a blur.
    st.image(picture)
    # As it is: Streamlit's other ways would read it as Markdown, with links and pictures from elsewhere.
    st.code(made, language=None, wrap_lines=True)
    st.download_button("Download", picture, file_name="code.png", mime="image/png")
