namespace Profiler.Linux.Confinement;

/// <summary>
/// Compiles a table of system calls into a program of classic BPF for seccomp(2). A call that is in no row fails with EPERM.
/// A program for another architecture, or one that makes calls of x32, is ended.
/// </summary>
public static class SystemCallFilter
{
    // include/uapi/linux/audit.h, seccomp.h, bpf_common.h
    public const uint AUDIT_ARCH_X86_64 = 0xc000003e, SECCOMP_RET_KILL_PROCESS = 0x80000000, SECCOMP_RET_ERRNO = 0x00050000, SECCOMP_RET_ALLOW = 0x7fff0000;
    public const ushort BPF_LD = 0x00, BPF_W = 0x00, BPF_ABS = 0x20, BPF_JMP = 0x05, BPF_JEQ = 0x10, BPF_JGE = 0x30, BPF_K = 0x00, BPF_RET = 0x06,
        BPF_ALU = 0x04, BPF_AND = 0x50;
    private const ushort Load = BPF_LD | BPF_W | BPF_ABS, Equal = BPF_JMP | BPF_JEQ | BPF_K, NotBelow = BPF_JMP | BPF_JGE | BPF_K,
        And = BPF_ALU | BPF_AND | BPF_K, Return = BPF_RET | BPF_K;

    // struct seccomp_data: int nr, __u32 arch, __u64 instruction_pointer, __u64 args[6].
    private const uint Number = 0, Architecture = 4, Arguments = 16;

    private const uint FirstOfX32 = 0x40000000;

    /// <summary>The program.</summary>
    /// <param name="table">Each call once. The first rows are the quickest.</param>
    internal static Instruction[] Compile(IReadOnlyList<SystemCall> table)
    {
        List<Instruction> program =
        [
            new(Load, Architecture), new(Equal, AUDIT_ARCH_X86_64, 1, 0), new(Return, SECCOMP_RET_KILL_PROCESS),
            new(Load, Number), new(NotBelow, FirstOfX32, 0, 1), new(Return, SECCOMP_RET_KILL_PROCESS),
        ];
        foreach (SystemCall call in table)
        {
            Instruction[] body = [.. Body(call)];
            program.Add(new Instruction(Equal, call.Number, 0, checked((byte)body.Length)));
            program.AddRange(body);
        }
        program.Add(Refuse(Errno.EPERM));
        return [.. program];
    }

    private static IEnumerable<Instruction> Body(SystemCall call)
    {
        foreach (ArgumentTest test in call.Tests)
        {
            uint low = Arguments + 8 * (uint)test.Index;
            if (test.Wide)
            {
                yield return new(Load, low + 4);
                yield return new(Equal, 0, 1, 0);
                yield return Refuse(Errno.EPERM);
            }
            yield return new(Load, low);
            if (test.Mask != uint.MaxValue)
                yield return new(And, test.Mask);
            for (int i = 0; i < test.Values.Length; i++)
                yield return new(Equal, test.Values[i], checked((byte)(test.Values.Length - i)), 0);
            yield return Refuse(Errno.EPERM);
        }
        yield return call.Verdict switch
        {
            Verdict.Allow => new(Return, SECCOMP_RET_ALLOW),
            Verdict.Unknown => Refuse(Errno.ENOSYS),
            _ => new(Return, SECCOMP_RET_KILL_PROCESS),
        };
    }

    private static Instruction Refuse(int errno) => new(Return, SECCOMP_RET_ERRNO | (uint)errno);

    /// <summary><c>struct sock_filter</c>, include/uapi/linux/filter.h: what to do, instructions to skip if a comparison is true or false, operand.</summary>
    internal struct Instruction(ushort code, uint k, byte jt = 0, byte jf = 0)
    {
        public ushort code = code;
        public byte jt = jt, jf = jf;
        public uint k = k;
    }
}
