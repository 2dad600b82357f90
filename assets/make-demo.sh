#!/bin/sh
# Makes demo.flv, the clip that `quickwater serve --demo` publishes in a loop.
#
#   assets/make-demo.sh [OUTPUT.flv]
#
# Needs ffmpeg with libx264 and drawtext, and the DejaVu fonts. One encoder thread and bitexact flags: the same ffmpeg
# build makes the same bytes.
#
# Why these numbers. 16 s is the shortest length over 10 s that holds whole video frames (400 at 25/s) and whole AAC
# frames (750 of 1024 samples at 48 kHz), so that the loop has no gap and no overlap. 25/s also makes every video
# timestamp a whole number of milliseconds, which is all FLV can say. A key frame each second, closed, no B-frames.
set -eu

out=${1:-$(dirname "$0")/demo.flv}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

seconds=16
quiet="-hide_banner -loglevel error -nostdin -y"
exact="-fflags +bitexact -flags:v +bitexact -flags:a +bitexact -map_metadata -1"

# --- Picture: three layers of water under a drifting sun. Every motion turns a whole number of times in 16 s. ---------
# Registers: 0 x, 1 y (0..1); 2 turn; 3..5 how far a pixel is inside each layer of water; 6 the sun's glow; 7 the sun.
turn="2*PI*T/$seconds"
scene="st(0,X/W);st(1,Y/H);st(2,$turn)\
;st(3,clip((ld(1)-0.50-0.040*sin(5.0*ld(0)+3*ld(2))-0.020*sin(11*ld(0)-4*ld(2)))*90,0,1))\
;st(4,clip((ld(1)-0.64-0.045*sin(6.5*ld(0)-4*ld(2)+1)-0.018*sin(13*ld(0)+5*ld(2)))*90,0,1))\
;st(5,clip((ld(1)-0.79-0.040*sin(4.2*ld(0)+5*ld(2)+2)-0.016*sin(15*ld(0)-6*ld(2)))*90,0,1))\
;st(8,hypot((ld(0)-0.5-0.34*sin(ld(2)))*1.778,ld(1)-0.34-0.07*cos(2*ld(2))))\
;st(6,exp(-ld(8)*ld(8)*9));st(7,clip((0.085-ld(8))*90,0,1))"
# A layer covers what is behind it: mix(mix(mix(sky, far), middle), near), then the clip's own progress along the bottom.
mix() { # sky far middle near bar
  printf '%s;st(9,%s)' "$scene" "$1"
  printf ';st(9,ld(9)+(%s-ld(9))*ld(3))' "$2"
  printf ';st(9,ld(9)+(%s-ld(9))*ld(4))' "$3"
  printf ';st(9,ld(9)+(%s-ld(9))*ld(5))' "$4"
  printf ';if(gt(ld(1),0.978),if(lt(ld(0),T/%s),%s,ld(9)*0.6),clip(ld(9),0,255))' "$seconds" "$5"
}
red=$(mix   '22+26*ld(1)+150*ld(6)+80*ld(7)'  '16+26*ld(6)' '10+10*ld(6)'      '5'             '250')
green=$(mix '30+80*ld(1)+80*ld(6)+90*ld(7)'   '92+50*ld(6)' '74-30*(ld(1)-.64)' '52-90*(ld(1)-.79)' '204')
blue=$(mix  '72+90*ld(1)+10*ld(6)+10*ld(7)'   '148+30*ld(6)' '132-60*(ld(1)-.64)' '104-140*(ld(1)-.79)' '92')

bold="fontfile=$(fc-match -f '%{file}' 'DejaVu Sans:bold')"
mono="fontfile=$(fc-match -f '%{file}' 'DejaVu Sans Mono:bold')"
shade='shadowcolor=black@0.45:shadowx=2:shadowy=2'
texts="drawtext=$bold:text=Quickwater:fontsize=64:fontcolor=white:x=(w-tw)/2:y=66:$shade\
,drawtext=$mono:text='%{eif\:floor(t)\:d\:2}.%{eif\:mod(round(t*100)\,100)\:d\:2} s':fontsize=40:fontcolor=white:x=(w-tw)/2:y=232:$shade\
,drawtext=$mono:text='frame %{eif\:n\:d\:3}':fontsize=22:fontcolor=white@0.9:x=(w-tw)/2:y=286:$shade"

ffmpeg $quiet -f lavfi -i "color=black:size=320x180:rate=25:duration=$seconds,format=gbrp" \
  -vf "geq=r='$red':g='$green':b='$blue',scale=640:360:flags=bicubic+accurate_rnd+bitexact:out_color_matrix=bt709:out_range=tv,format=yuv420p,$texts" \
  -c:v ffv1 $exact "$work/picture.mkv"

# Two passes: in one, the rate control spends too little on the very first frame, which every loop shows.
for pass in 1 2; do
  ffmpeg $quiet -i "$work/picture.mkv" -pass $pass -passlogfile "$work/pass" \
    -c:v libx264 -profile:v baseline -level 3.0 -preset veryslow -tune animation -bf 0 -refs 3 \
    -g 25 -keyint_min 25 -sc_threshold 0 -flags +cgop -b:v 225k -maxrate 450k -bufsize 450k -threads 1 \
    -colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv \
    $exact -f h264 "$work/video.h264"
done

# --- Sound: a soft plucked note a second, one pentatonic walk in 16 s. -------------------------------------------------
# Registers: 0 seconds into the note, 1 number of the note, 2 its frequency, 3 its envelope (silent at both ends).
note="st(0,mod(t,1));st(1,mod(floor(t+1e-7),$seconds))"
note="$note;st(2,0)"
n=0
for hertz in 261.63 329.63 392.00 440.00 523.25 440.00 392.00 329.63 293.66 392.00 440.00 587.33 523.25 392.00 329.63 293.66; do
  note="$note;st(2,ld(2)+$hertz*eq(ld(1),$n))"
  n=$((n + 1))
done
note="$note;st(3,min(ld(0)*120,1)*exp(-3.5*ld(0))*pow(1-ld(0),0.5))"
voice() { # pan: how loud the octave above is on this side
  printf '%s;0.11*ld(3)*(sin(2*PI*ld(2)*ld(0))+%s*sin(4*PI*ld(2)*ld(0))+0.5*sin(PI*ld(2)*ld(0)))' "$note" "$1"
}
# Three turns are encoded and the middle one is kept: its first frame follows its last one as the decoder expects.
ffmpeg $quiet -f lavfi -i "aevalsrc='$(voice 0.30)|$(voice 0.18)':s=48000:c=stereo:d=$((seconds * 3))" \
  -c:a aac -b:a 48k -threads 1 $exact -f adts "$work/three.aac"
ffmpeg $quiet -i "$work/three.aac" -c copy -bsf:a "noise=drop='lt(n,750)+gte(n,1500)',setts=ts='(N-750)*1024/48000/TB'" \
  -f adts "$work/audio.aac"
# By way of MP4, or the FLV writer would begin with an empty AudioSpecificConfig: ADTS has none to copy.
ffmpeg $quiet -i "$work/audio.aac" -c copy $exact -f mp4 "$work/audio.mp4"

ffmpeg $quiet -r 25 -i "$work/video.h264" -i "$work/audio.mp4" -map 0:v -map 1:a -c copy $exact -f flv "$out"
