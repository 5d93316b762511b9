#!/bin/sh
# Makes the small media files the simulator serves. Deterministic: the same ffmpeg build gives the same bytes.
# Needs ffmpeg with libmp3lame and libx264. Run it from anywhere; the files land beside this script.
set -eu
cd "$(dirname "$0")"

say() { ffmpeg -hide_banner -loglevel error -nostdin -y "$@"; }
EXACT="-map_metadata -1 -fflags +bitexact -flags:a +bitexact -threads 1"

# A tone that pulses a few times a second sounds enough like talk to tell two files apart by ear.
voice() { echo "sine=frequency=$1:sample_rate=$3:duration=$2,tremolo=f=$4:d=0.8"; }

# WAV: two parties of one call, their mix, the stereo form (agent left, customer right), a G.711 one, silence.
say -f lavfi -i "$(voice 220 2.5 8000 4)" $EXACT -c:a pcm_s16le agent.wav
say -f lavfi -i "$(voice 440 2.5 8000 6)" $EXACT -c:a pcm_s16le caller.wav
say -i agent.wav -i caller.wav -filter_complex amix=inputs=2:duration=longest $EXACT -c:a pcm_s16le combined.wav
say -i agent.wav -i caller.wav -filter_complex amerge=inputs=2,atrim=end=1.8 $EXACT -c:a pcm_mulaw stereo.wav
say -f lavfi -i "$(voice 330 4.2 8000 3)" $EXACT -c:a pcm_mulaw transfer.wav
say -f lavfi -i "$(voice 523 1.2 8000 5)" $EXACT -c:a pcm_s16le short.wav
say -f lavfi -i "anullsrc=channel_layout=mono:sample_rate=8000" -t 1 $EXACT -c:a pcm_s16le silence.wav
# What a channel looks like that was announced but never captured: a valid header, no samples.
say -f lavfi -i "anullsrc=channel_layout=mono:sample_rate=8000" -t 1 -af atrim=end_sample=0 $EXACT -c:a pcm_s16le header-only.wav

# MP3.
say -f lavfi -i "$(voice 262 5 16000 4)" $EXACT -c:a libmp3lame -b:a 32k inbound.mp3
say -f lavfi -i "$(voice 392 3.3 16000 5)" $EXACT -c:a libmp3lame -b:a 32k internal.mp3
say -f lavfi -i "$(voice 294 8.1 16000 2)" $EXACT -c:a libmp3lame -b:a 32k outbound.mp3
say -i stereo.wav -ar 16000 $EXACT -c:a libmp3lame -b:a 64k consult.mp3

# MP4: voice only, voice with screen, screen only.
MP4="-movflags +faststart"
say -f lavfi -i "$(voice 247 4 16000 4)" $EXACT -c:a aac -b:a 32k $MP4 voice.mp4
say -f lavfi -i "$(voice 349 6.5 16000 3)" $EXACT -c:a aac -b:a 32k $MP4 voice-long.mp4
say -f lavfi -i "testsrc2=size=320x180:rate=5:duration=3" -f lavfi -i "$(voice 277 3 16000 4)" $EXACT -flags:v +bitexact \
	-c:v libx264 -preset veryslow -crf 38 -pix_fmt yuv420p -x264-params threads=1 -c:a aac -b:a 24k -shortest $MP4 voice-and-screen.mp4
say -f lavfi -i "smptebars=size=320x180:rate=5:duration=3" $EXACT -flags:v +bitexact \
	-c:v libx264 -preset veryslow -crf 36 -pix_fmt yuv420p -x264-params threads=1 $MP4 screen.mp4
