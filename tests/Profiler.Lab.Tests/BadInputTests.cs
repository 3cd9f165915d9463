namespace Profiler.Lab.Tests;

/// <summary>
/// What goes wrong at a terminal: each is one line that says what is wrong and what to do, with the right
/// exit code, and nothing half-written under the final name.
/// </summary>
public sealed class BadInput
{
    // Each case: its name, then the command. What it prints and its exit code go to $OUT/NAME.{err,code}.
    private const string Script = """
        try() {
            local name=$1 code=0; shift
            "$@" >"$OUT/$name.out" 2>"$OUT/$name.err" </dev/null || code=$?
            echo "$code" >"$OUT/$name.code"
        }
        read -ra bdf <<<"$LAB_DEVICES"
        nobody="setpriv --reuid 65534 --regid 65534 --clear-groups"

        try not-root $nobody out/vfioscope record -o /tmp/not-root.vfioscope
        try check-not-root $nobody out/vfioscope check
        try no-such-command out/vfioscope record -o "$OUT/no-such-command.vfioscope" -- /no/such/command
        try no-such-directory out/vfioscope record -o /no/such/directory/file
        try is-directory out/vfioscope record -o /tmp
        try read-only out/vfioscope record -o /proc/file
        try not-a-recording out/vfioscope report README.md
        try no-such-file out/vfioscope report /no/such/file
        try unknown-option out/vfioscope record -o /tmp/x --frobnicate
        try unknown-verb out/vfioscope frobnicate
        try bad-buffer out/vfioscope record -o /tmp/x --buffer 5
        try bad-duration out/vfioscope record -o /tmp/x --duration soon
        try no-output out/vfioscope record
        try unknown-bdf out/vfioscope release --mode close 0000:7f:1f.7
        try malformed-bdf out/vfioscope release --mode close banana
        try bad-mode out/vfioscope release --mode vanish "${bdf[0]}"

        out/vfioscope release --mode close --hold "${bdf[0]}" >"$OUT/hold" </dev/zero &
        holder=$!
        wait_for 60 grep -q holding "$OUT/hold"
        try busy out/vfioscope release --mode close "${bdf[0]}"
        kill $holder
        wait $holder || true

        echo "${bdf[1]}" >"/sys/bus/pci/devices/${bdf[1]}/driver/unbind"
        try unbound out/vfioscope release --mode close "${bdf[1]}"

        echo 2 >/proc/sys/kernel/kptr_restrict
        try kptr-restrict out/vfioscope check
        echo 0 >/sys/kernel/debug/kprobes/enabled
        try kprobes-off out/vfioscope check
        try only-kprobes out/vfioscope check --attach kprobe
        echo 1 >/sys/kernel/debug/kprobes/enabled
        umount /sys/kernel/tracing
        try no-tracefs out/vfioscope check --attach kprobe
        mv /usr/lib/x86_64-linux-gnu/libbpf.so.1 /tmp
        try no-libbpf out/vfioscope check
        mv /tmp/libbpf.so.1 /usr/lib/x86_64-linux-gnu

        # Who is started by a name alone is looked for in PATH only, and what is in the current directory is left alone.
        mkdir /tmp/here /tmp/small
        printf '#!/bin/sh\ntouch /tmp/ran\n' >/tmp/here/evil
        chmod +x /tmp/here/evil
        bin=$PWD/out/vfioscope
        (cd /tmp/here && try not-in-path "$bin" record -o /tmp/x -- evil)
        [ -e /tmp/ran ] && echo 1 >"$OUT/ran"

        # A disk that is full while recording: a page.
        mount -t tmpfs -o size=4k tmpfs /tmp/small
        try disk-full out/vfioscope record -o /tmp/small/x -- out/vfioscope release --mode close --repeat 16 "${bdf[0]}"
        gone() { ! pgrep -f "$1"; }
        wait_for 120 gone "release --mode close --repeat"
        try disk-full-report out/vfioscope report /tmp/small/x
        ls -A /tmp/small >"$OUT/small"
        try full-report out/vfioscope report /tmp/small/x -o /dev/full
        stat -c %F /dev/full >"$OUT/full"
        stat -c %a /tmp/small/x >"$OUT/mode"

        # Killed while recording: what was written can be read.
        out/vfioscope record -o /tmp/killed 2>/dev/null &
        recorder=$!
        wait_for 60 eval '[ -s /tmp/.killed.*.partial ]'
        out/vfioscope release --mode close "${bdf[0]}" >/dev/null
        sleep 1
        kill -KILL $recorder
        wait $recorder || true
        try killed out/vfioscope report /tmp/.killed.*.partial
        echo >/sys/kernel/tracing/kprobe_events || true

        mount --bind /dev/null /sys/kernel/btf/vmlinux
        try no-btf out/vfioscope record -o "$OUT/no-btf.vfioscope" --duration 1s
        umount /sys/kernel/btf/vmlinux

        echo "${bdf[0]}" >"/sys/bus/pci/devices/${bdf[0]}/driver/unbind"
        modprobe -r vfio_pci vfio_iommu_type1
        try no-vfio-release out/vfioscope release --mode close "${bdf[0]}"
        try no-vfio-record out/vfioscope record -o /tmp/no-vfio.vfioscope --duration 1s
        try no-vfio-check out/vfioscope check

        mountpoint -q /sys/kernel/security || mount -t securityfs securityfs /sys/kernel/security
        echo confidentiality >/sys/kernel/security/lockdown
        try lockdown out/vfioscope record -o "$OUT/lockdown.vfioscope" --duration 1s
        """;

    public LabGuest Guest { get; } = LabGuest.Run(Script, devices: 2);
}

public sealed class BadInputTests(BadInput bad) : IClassFixture<BadInput>
{
    [Theory]
    [InlineData("not-root", 3, "run as root")]
    [InlineData("check-not-root", 3, "run as root")]
    [InlineData("no-such-command", 2, "/no/such/command cannot be started")]
    [InlineData("no-such-directory", 2, "no such directory")]
    [InlineData("is-directory", 2, "is a directory")]
    [InlineData("read-only", 3, "cannot be written")]
    [InlineData("not-a-recording", 2, "not a vfioscope recording")]
    [InlineData("no-such-file", 2, "cannot be read")]
    [InlineData("unknown-option", 2, "--frobnicate")]
    [InlineData("unknown-verb", 2, "frobnicate")]
    [InlineData("bad-buffer", 2, "power of two")]
    [InlineData("bad-duration", 2, "--duration soon: write a duration")]
    [InlineData("no-output", 2, "--output")]
    [InlineData("unknown-bdf", 2, "0000:7f:1f.7")]
    [InlineData("malformed-bdf", 2, "banana")]
    [InlineData("bad-mode", 2, "vanish")]
    [InlineData("busy", 3, "is in use by vfioscope")]
    [InlineData("unbound", 3, "vfio-pci")]
    [InlineData("not-in-path", 2, "evil cannot be started: it is not in PATH")]
    [InlineData("disk-full", 3, "disk full: what was recorded until then is in /tmp/small/x")]
    [InlineData("full-report", 3, "/dev/full cannot be written: No space left on device")]
    [InlineData("no-btf", 3, "type information")]
    [InlineData("no-libbpf", 3, "apt install libbpf1")]
    [InlineData("lockdown", 3, "lockdown")]
    [InlineData("no-vfio-release", 3, "modprobe vfio-pci")]
    public void It_is_one_line_with_the_remedy_and_the_right_exit_code(string name, int code, string says)
    {
        string errors = bad.Guest.Text(name + ".err");
        Assert.Contains(says, errors, StringComparison.Ordinal);
        Assert.Equal(1, errors.Count(c => c == '\n'));
        Assert.Equal($"{code}", bad.Guest.Text(name + ".code").Trim());
    }

    [Fact]
    public void What_was_recorded_until_the_disk_was_full_is_there_alone_and_is_reported()
    {
        Assert.Equal("x", bad.Guest.Text("small").Trim());
        Assert.Equal("600", bad.Guest.Text("mode").Trim());
        Assert.Equal("0", bad.Guest.Text("disk-full-report.code").Trim());
        Assert.Contains("released in", bad.Guest.Text("disk-full-report.out"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_recorded_until_it_was_killed_is_reported()
    {
        Assert.Equal("0", bad.Guest.Text("killed.code").Trim());
        Assert.Contains("the recording was cut short", bad.Guest.Text("killed.out"), StringComparison.Ordinal);
        Assert.Contains("released in", bad.Guest.Text("killed.out"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_stays_a_device_and_what_lies_about_is_not_run()
    {
        Assert.Equal("character special file", bad.Guest.Text("full").Trim());
        Assert.False(File.Exists(Path.Combine(bad.Guest.Output, "ran")));
    }

    [Fact]
    public void Check_without_VFIO_says_what_is_missing_and_that_the_answer_is_no()
    {
        Assert.Equal("1", bad.Guest.Text("no-vfio-check.code").Trim());
        Assert.Contains("vfio not loaded", bad.Guest.Text("no-vfio-check.out"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kptr-restrict")]
    [InlineData("kprobes-off")]
    [InlineData("no-tracefs")]
    public void What_can_still_be_had_goes_on(string name)
    {
        Assert.Equal("0", bad.Guest.Text(name + ".code").Trim());
        Assert.Contains("release, lock and reset can all be watched", bad.Guest.Text(name + ".out"), StringComparison.Ordinal);
    }

    [Fact]
    public void Kprobes_asked_for_and_switched_off_is_a_no_with_the_remedy()
    {
        Assert.Equal("1", bad.Guest.Text("only-kprobes.code").Trim());
        Assert.Contains("echo 1 >/sys/kernel/debug/kprobes/enabled", bad.Guest.Text("only-kprobes.out"), StringComparison.Ordinal);
    }

    [Fact]
    public void Recording_without_VFIO_says_that_it_waits_for_the_module()
    {
        Assert.Equal("0", bad.Guest.Text("no-vfio-record.code").Trim());
        Assert.Contains("module vfio is not loaded: waiting for it", bad.Guest.Text("no-vfio-record.err"), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_left_under_the_final_name_or_beside_it() =>
        Assert.Empty(Directory.EnumerateFiles(bad.Guest.Output, "*.vfioscope*"));
}
